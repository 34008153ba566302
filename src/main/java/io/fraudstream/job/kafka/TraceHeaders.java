package io.fraudstream.job.kafka;

import io.fraudstream.transaction.TraceContext;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/** The headers that carry a {@link TraceContext}; of several of a name the last counts. */
public final class TraceHeaders {
    private static final String PARENT = "traceparent";
    private static final String STATE = "tracestate";

    private TraceHeaders() {}

    /** What the headers say, or {@code null}. */
    public static TraceContext read(Headers headers) {
        Header parent = headers.lastHeader(PARENT);
        if (parent == null) {
            return null;
        }
        Header state = headers.lastHeader(STATE);
        return TraceContext.of(parent.value(), state == null ? null : state.value());
    }

    /**
     * Adds what is there.
     *
     * @param trace may be {@code null}
     */
    public static void write(TraceContext trace, Headers headers) {
        if (trace != null) {
            headers.add(PARENT, trace.parent().getBytes(StandardCharsets.US_ASCII));
            if (trace.state() != null) {
                headers.add(STATE, trace.state().getBytes(StandardCharsets.US_ASCII));
            }
        }
    }
}
