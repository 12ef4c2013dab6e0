// The memory that a thread shares with its watchdog.

/** First the count of files begun, then the length of the path, then the path in UTF-8. */
export const HEADER_BYTES = 8;
export const BOARD_BYTES = 4_096;
