export function bundle(folder: string): Record<string, string>;
