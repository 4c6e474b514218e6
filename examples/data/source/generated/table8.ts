// TODO: generated, must not be found
export const t8 = 8;
