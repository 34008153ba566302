package io.fraudstream.cli;

import io.fraudstream.kafka.TopicBound;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which part of a topic is meant. */
final class RangeOptions {
    @Option(
            names = "--since",
            paramLabel = "PLACE",
            defaultValue = "earliest",
            converter = BoundConverter.class,
            description =
                    "Where to begin: earliest, an instant such as 2026-01-31T00:00:00Z, by the"
                            + " records' timestamps, or offsets by partition such as 0:1200,1:900"
                            + " (default: ${DEFAULT-VALUE}).")
    TopicBound since;

    @Option(
            names = "--until",
            paramLabel = "PLACE",
            defaultValue = "end",
            converter = BoundConverter.class,
            description =
                    "Where to stop, that record left out: end, which is the present one, an instant"
                            + " or offsets (default: ${DEFAULT-VALUE}).")
    TopicBound until;

    /** Lets picocli report a bad bound as wrong usage. */
    static final class BoundConverter implements ITypeConverter<TopicBound> {
        @Override
        public TopicBound convert(String text) {
            try {
                return TopicBound.parse(text);
            } catch (IllegalArgumentException unreadable) {
                throw new TypeConversionException(unreadable.getMessage());
            }
        }
    }
}
