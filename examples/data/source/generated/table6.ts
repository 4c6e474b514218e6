// TODO: generated, must not be found
export const t6 = 6;
