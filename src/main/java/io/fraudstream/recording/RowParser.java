package io.fraudstream.recording;

import java.io.IOException;

/** Reads the values of one row into the slots that the mapping gives to its columns. */
interface RowParser {
    /**
     * Stands in a slot for a value that is no plain value, or stands twice: the row is to be
     * refused for it.
     */
    @SuppressWarnings("StringOperationCanBeSimplified") // Told apart by identity.
    String UNUSABLE = new String("unusable");

    /**
     * Reads the current line.
     *
     * @param slots all {@code null}; filled where the row has a value
     * @return {@code false} if the line is no row at all
     */
    boolean read(Lines lines, String[] slots) throws IOException;
}
