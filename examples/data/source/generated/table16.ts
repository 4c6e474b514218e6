// TODO: generated, must not be found
export const t16 = 16;
