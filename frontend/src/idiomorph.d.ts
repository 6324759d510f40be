declare module "idiomorph" {
  export const Idiomorph: {
    morph(old: Element, fresh: Element | HTMLCollection, options?: object): Node[];
  };
}
