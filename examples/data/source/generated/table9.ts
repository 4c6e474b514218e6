// TODO: generated, must not be found
export const t9 = 9;
