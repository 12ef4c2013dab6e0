export async function readTarballFile(
  _f: string,
): Promise<{ manifest: unknown; integrity: string }> {
  throw new Error('stub');
}
