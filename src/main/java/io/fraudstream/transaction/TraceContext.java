package io.fraudstream.transaction;

import java.nio.charset.StandardCharsets;

/**
 * The trace that a record belongs to, as the W3C recommendation Trace Context writes it: both texts
 * are passed on as they came.
 *
 * @param parent the header {@code traceparent}
 * @param state the header {@code tracestate}, or {@code null} without one
 * @see <a href="https://www.w3.org/TR/trace-context/">Trace Context</a>
 */
public record TraceContext(String parent, String state) {
    /** Of version 00: version, trace, parent and flags with hyphens between. */
    private static final int PARENT_LENGTH = 55;

    /** What a later version may add is passed on up to here. */
    private static final int MAX_PARENT_LENGTH = 128;

    /** As much as the recommendation has everyone pass on. */
    private static final int MAX_STATE_LENGTH = 512;

    private static final int MAX_STATE_MEMBERS = 32;

    private static final int TRACE_AT = 3;
    private static final int PARENT_AT = 36;
    private static final int FLAGS_AT = 53;

    /**
     * What two headers say.
     *
     * @param parent of {@code traceparent}, or {@code null}
     * @param state of {@code tracestate}, or {@code null}
     * @return {@code null} if there is no parent, it is malformed or holds a card number; a state
     *     of which that is true is left out alone
     */
    public static TraceContext of(byte[] parent, byte[] state) {
        if (!isParent(parent) || holdsCardNumber(parent)) {
            return null;
        }
        return new TraceContext(text(parent), isState(state) ? text(state) : null);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.US_ASCII);
    }

    /**
     * The id of the parent alone may look like one, and what a later version adds may hold some.
     */
    private static boolean holdsCardNumber(byte[] parent) {
        String text = text(parent);
        return CardNumbers.looksLikeCardNumber(text.substring(PARENT_AT, FLAGS_AT - 1))
                || CardNumbers.holdsCardNumber(text.substring(PARENT_LENGTH));
    }

    private static boolean isParent(byte[] p) {
        if (p == null || p.length < PARENT_LENGTH || p.length > MAX_PARENT_LENGTH) {
            return false;
        }
        boolean first = p[0] == '0' && p[1] == '0';
        boolean known = p[0] != 'f' || p[1] != 'f';
        boolean ends = p.length == PARENT_LENGTH || (!first && p[PARENT_LENGTH] == '-');
        return known
                && ends
                && isHex(p, 0, TRACE_AT - 1)
                && p[TRACE_AT - 1] == '-'
                && isId(p, TRACE_AT, PARENT_AT - 1)
                && p[PARENT_AT - 1] == '-'
                && isId(p, PARENT_AT, FLAGS_AT - 1)
                && p[FLAGS_AT - 1] == '-'
                && isHex(p, FLAGS_AT, PARENT_LENGTH)
                && isPrintable(p);
    }

    /** An id of zeros alone is none. */
    private static boolean isId(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] != '0') {
                return isHex(bytes, from, to);
            }
        }
        return false;
    }

    private static boolean isHex(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            byte c = bytes[i];
            if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f')) {
                return false;
            }
        }
        return true;
    }

    /** Members {@code key=value} with commas between; some may be empty, but not all. */
    private static boolean isState(byte[] s) {
        if (s == null || s.length > MAX_STATE_LENGTH || !isPrintable(s)) {
            return false;
        }
        String text = text(s);
        int members = 0;
        for (String member : text.split(",", -1)) {
            String stripped = member.strip();
            if (stripped.indexOf('=') > 0) {
                members++;
            } else if (!stripped.isEmpty()) {
                return false;
            }
        }
        return members > 0 && members <= MAX_STATE_MEMBERS && !CardNumbers.holdsCardNumber(text);
    }

    private static boolean isPrintable(byte[] bytes) {
        for (byte c : bytes) {
            if (c < ' ' || c > '~') {
                return false;
            }
        }
        return true;
    }
}
