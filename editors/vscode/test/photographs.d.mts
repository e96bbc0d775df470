export const environment: NodeJS.ProcessEnv;
export function looksAsBefore(
  name: string,
  take: () => Promise<Buffer>,
  folders: { readonly references: string; readonly artefacts: string },
): Promise<string>;
export function compare(
  reference: Buffer,
  photograph: Buffer,
): { readonly share: number; readonly said: string; readonly difference?: Buffer };
