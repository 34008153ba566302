package io.fraudstream.recording;

/** How a recorded file is written. */
public enum RecordingFormat {
    /** RFC 4180 with a header line, UTF-8. */
    CSV,
    /** One JSON object a line, UTF-8. */
    JSONL
}
