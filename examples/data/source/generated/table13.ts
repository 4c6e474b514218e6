// TODO: generated, must not be found
export const t13 = 13;
