/** Loaded when first used, as the product's heavy parts are. */
export const greeting = (name) => `Hello, ${name}`;
