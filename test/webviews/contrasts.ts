/** Runs in the page, and so refers to nothing outside: the contrast of each selector's first element with what is behind it. */
export function contrasts(selectors: string[]): { selector: string; ratio: number }[] {
  type Colour = [red: number, green: number, blue: number, alpha: number];
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  if (!canvas) throw new Error("no canvas");

  /** Any CSS colour as numbers. */
  function read(text: string): Colour {
    if (!canvas) throw new Error("no canvas");
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = text;
    canvas.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0, alpha = 0] = canvas.getImageData(0, 0, 1, 1).data;
    return [red, green, blue, alpha / 255];
  }
  function over([red, green, blue, alpha]: Colour, [r, g, b]: Colour): Colour {
    const mix = (front: number, back: number) => front * alpha + back * (1 - alpha);
    return [mix(red, r), mix(green, g), mix(blue, b), 1];
  }
  function behind(element: Element | null): Colour {
    if (!element) return [255, 255, 255, 1];
    return over(read(getComputedStyle(element).backgroundColor), behind(element.parentElement));
  }
  function luminance([red, green, blue]: Colour): number {
    const linear = (value: number) =>
      value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4;
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  }
  return selectors.map((selector) => {
    const element = document.querySelector(selector);
    if (!element) throw new Error(`nothing matches ${selector}`);
    const back = behind(element);
    const front = luminance(over(read(getComputedStyle(element).color), back));
    const [light, dark] = [front, luminance(back)].sort((a, b) => b - a);
    return { selector, ratio: ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05) };
  });
}
