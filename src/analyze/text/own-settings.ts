// Files of secrets that a text names as the place of the reader's own settings, or that a program reads
// by itself: "copy .env.example to .env and fill in your key", "the server reads ~/.aws/credentials".

// Files that hold nothing but settings; what a shell or an editor starts with is another matter.
const FILE =
  /(?:[~.$\w][\w.~/\\-]{0,60})?(?:\.env(?:\.\w{1,16}){0,2}|\.(?:netrc|pgpass|pypirc|git-credentials)|\.aws[/\\](?:credentials|config)|\b(?:credentials|secrets?)\.(?:json|ya?ml|toml|env)|\bapplication_default_credentials(?:\.json)?|\.config[/\\][\w./-]{1,60}|~[/\\]\.(?!ssh\b|aws\b|gnupg\b|kube\b|docker\b|azure\b|config\b|netrc|npmrc|pgpass|pypirc|bash|zsh|profile|gitconfig|git-cred|claude|cursor|codex|gemini)[a-z][\w-]{2,40}(?:[/\\][\w.-]{1,40}){0,4}[/\\]?)(?![\w/])/g;
const MENTIONS = /~[/\\]\.|\.env|\.netrc|\.pgpass|\.pypirc|credentials|secrets?\.|\.config/;
const BEFORE = 160;
const AFTER = 200;

const TO = '(?:to|into|in|inside|as|at|nach|als|vers|dans|en|a|como)';
const OWN =
  "(?:(?:your|the|a|an|this|that|these|those|its|own|new|following|missing|valid|personal|right|local|project|project's) ){0,3}";
const PUTS =
  '(?:put|add|set|store|save|keep|write|enter|place|paste|define|declare|provide|insert|fill in|fill|configure|specify|change|correct|renew|check)';
// The name of a setting, or a word for what is kept there.
const SETTING =
  '(?:[`"\']?[\\w-]{1,30}[`"\']? ){0,3}?[`"\']?(?:keys?|tokens?|passwords?|secrets?|credentials?|values?|variables?|url|urls|settings?|dsn|[a-z0-9]{1,20}_\\w{1,40}|\\w{2,30}=\\S{0,40}|it|them|one)[`"\']?(?: (?:you|that|from|of|for|by)\\b[^.;:!?]{0,40})?';
const PLACED: readonly RegExp[] = [
  new RegExp(
    `\\.env[._-](?:example|sample|template|dist|defaults?|tpl|tmpl|schema)[\`"']? (?:${TO} )?${OWN}(?:file )?[\`"']?$`,
  ),
  new RegExp(`\\b${PUTS} ${SETTING} ${TO} ${OWN}(?:file )?[\`"']?$`),
  new RegExp(`\\b(?:create|make|write|prepare|edit) ${OWN}(?:file )?[\`"']?$`),
  // "the value is stored under the config dir (e.g. ~/.config/acme/server.json)"
  /\b(?:stored?|kept|saved?|persist(?:s|ed)?|writ(?:e|es|ten)|cached?|logged|updated?)\b[^.;!?]{0,60} (?:under|in|into|to|at|inside) (?:(?:the|your|its|an?|os|user|own|local|mcp|server) ){0,3}(?:config(?:uration)?|settings?|state|cache|log) (?:file|dir|directory|folder|path) \((?:e\.g\. |by default )?["'`]?$/,
];
// "put the token in .env into `key`" leads on from there.
const LEADS_ON =
  /^["'`]? (?:file )?(?:in|into|to|through|via|onto|and (?:then )?(?:send|pass|put|forward|give|paste|upload|post|return|include|hand))\b/;

// What a program does by itself.
const READS =
  /(?:^|[.;:!?\n] {0,3}|\b(?:the|this|our) (?:server|tool|cli|client|package|service|process|command|sdk|driver|library)(?: itself)? |\bit (?:itself )?)(?:also |then |only |automatically )?(?:uses|reads|loads|takes|picks up|finds|looks up|looks for|checks|expects|honou?rs|respects|falls back to|signs in with|authenticates with|compares|parses)\b([^.;!?]{0,80})$/;
const HANDS =
  /\b(?:model|assistant|agent|llm|ai|you|caller|pass\w*|put\w*|includ\w+|send\w*|sent|hand\w*|attach\w*|append\w*|return\w*|upload\w*|post\w*|forward\w*|into|quot\w+|cop(?:y|ies|ied))\b|[`'"][a-z_]\w{1,40}[`'"]/;
const GOES_ON =
  /^[^.;!?]{0,120}[.;!?] ?[^.;!?]{0,60}\b(?:it|them|its|their|the (?:file'?s? )?contents?|the values?|both|everything|all)\b/;

const blank = (words: string): string => words.replace(/\S/g, ' ');

/** The same text and length; such places are blanked, since nobody is told to take what they hold. */
export function withoutOwnSettings(text: string): string {
  if (!MENTIONS.test(text)) return text;
  return text.replace(FILE, (file: string, at: number) => {
    const before = text.slice(Math.max(0, at - BEFORE), at);
    const after = text.slice(at + file.length, at + file.length + AFTER);
    return isPlace(before, after) || isReadByItself(before, after) ? blank(file) : file;
  });
}

// "tokens are cached in ~/.acme/ (encrypted)"
const KEPT =
  /\b(?:is|are|gets?|being|be) (?:stored|kept|saved|persisted|cached|written|logged) (?:locally |securely |only |encrypted |automatically )?(?:under|in|into|to|at|inside) [`"']?$/;

const isPlace = (before: string, after: string): boolean =>
  !LEADS_ON.test(after) &&
  (PLACED.some((pattern) => pattern.test(before)) || (KEPT.test(before) && !GOES_ON.test(after)));

function isReadByItself(before: string, after: string): boolean {
  const [, between] = READS.exec(before) ?? [];
  const [rest = ''] = /^[^.;!?]*/.exec(after) ?? [];
  return between !== undefined && !HANDS.test(between + rest) && !GOES_ON.test(after);
}
