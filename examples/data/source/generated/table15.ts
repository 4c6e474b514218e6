// TODO: generated, must not be found
export const t15 = 15;
