// TODO: generated, must not be found
export const t18 = 18;
