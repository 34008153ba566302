package io.fraudstream.cli;

/**
 * What one check of {@code doctor} found.
 *
 * @param remedy how to mend it; empty where nothing needs to be
 */
record Finding(Level level, String subject, String detail, String remedy) {
    /** From best to worst. */
    enum Level {
        OK,
        WARN,
        FAIL
    }

    static Finding ok(String subject, String detail) {
        return new Finding(Level.OK, subject, detail, "");
    }

    static Finding warn(String subject, String detail, String remedy) {
        return new Finding(Level.WARN, subject, detail, remedy);
    }

    static Finding fail(String subject, String detail, String remedy) {
        return new Finding(Level.FAIL, subject, detail, remedy);
    }
}
