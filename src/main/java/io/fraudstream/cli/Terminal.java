package io.fraudstream.cli;

/** Whether a person looks at standard error; the launcher knows, the JVM from 22 on does not. */
final class Terminal {
    private Terminal() {}

    static boolean isInteractive() {
        return Boolean.getBoolean("fraudstream.terminal");
    }
}
