// TODO: generated, must not be found
export const t14 = 14;
