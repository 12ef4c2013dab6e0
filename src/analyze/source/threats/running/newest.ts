// Programs and images that a command fetches in whatever version is newest, by the tools of other languages.

/** Programs of other languages that are fetched in whatever version is newest. */
const OTHER_INSTALLS =
  /(?:^|&&\s{0,3}|;\s{0,3})(?:\S{0,60}\/)?(?:(?:python[\d.]{0,4}(?:\.exe)?\s+-m\s+)?pip[\d.]{0,4}\s+install|pipx\s+(?:install|run)|uv\s+(?:pip\s+install|tool\s+(?:install|run))|cargo\s+(?:b?install)|go\s+(?:install|run)|gem\s+install|deno\s+(?:install|run)\s[^\n;|&]{0,80}(?:https?:|npm:|jsr:))\s+(?!\S{0,3}-r\s)(?:-{1,2}[\w-]+(?:=\S+)?\s+)*["']?(?!\.|\/|~|-)([\w@][^\s"';&|]{1,160})/;
const OTHER_PINNED = /==\s?\d|@v?\d|~=|--version[= ]\d|-v\s\d|\.whl$|\.tar\.gz$/;
/** An image by a name that moves. */
const MOVING_IMAGE =
  /(?:^|&&\s{0,3}|;\s{0,3})(?:\S{0,60}\/)?(?:docker|podman|nerdctl)\s+(?:run|pull|create)\s[^\n;|&]{0,400}?(?:--pull[= ]always\s|(?:^|\s)(?:[\w.-]+(?::\d+)?\/)?[\w./-]{2,120}:(?:latest|main|master|edge|nightly|stable)(?=\s|$))/;

/** `line`: a command as far as it is known. */
export const fetchesNewest = (line: string): boolean =>
  (OTHER_INSTALLS.test(line) && !OTHER_PINNED.test(line)) ||
  (MOVING_IMAGE.test(line) && !/@sha256:/.test(line));
