import * as vscode from "vscode";

export interface TextStep {
  prompt: string;
  placeholder?: string;
  value: string;
  password?: boolean;
  /** Why the text can't be taken; undefined where it can. */
  refuse?: (text: string) => string | undefined;
}

/** One question after the other, with a way back. */
export interface StepPlace {
  title: string;
  step: number;
  totalSteps: number;
}

export type StepAnswer = { kind: "next"; text: string } | { kind: "back" } | { kind: "cancelled" };

/** Asks one question of several; the way back is offered from the second on. */
export function askStep(place: StepPlace, step: TextStep): Promise<StepAnswer> {
  const input = vscode.window.createInputBox();
  input.title = place.title;
  input.step = place.step;
  input.totalSteps = place.totalSteps;
  input.prompt = step.prompt;
  input.placeholder = step.placeholder;
  input.value = step.value;
  input.password = step.password ?? false;
  // People fetch addresses and tokens from other windows.
  input.ignoreFocusOut = true;
  if (place.step > 1) input.buttons = [vscode.QuickInputButtons.Back];
  return new Promise((resolve) => {
    const finish = (answer: StepAnswer): void => {
      resolve(answer);
      input.dispose();
    };
    input.onDidChangeValue(() => {
      input.validationMessage = undefined;
    });
    input.onDidTriggerButton(() => finish({ kind: "back" }));
    input.onDidAccept(() => {
      const refusal = step.refuse?.(input.value);
      if (refusal === undefined) finish({ kind: "next", text: input.value });
      else input.validationMessage = refusal;
    });
    input.onDidHide(() => finish({ kind: "cancelled" }));
    input.show();
  });
}
