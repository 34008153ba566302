package io.fraudstream.transaction;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceContextTest {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String PARENT = "00-" + TRACE + "-00f067aa0ba902b7-01";

    @ParameterizedTest
    @ValueSource(
            strings = {
                PARENT,
                "00-" + TRACE + "-00f067aa0ba902b7-00",
                // Of a later version, which may have more to say.
                "01-" + TRACE + "-00f067aa0ba902b7-01",
                "cc-" + TRACE + "-00f067aa0ba902b7-01-what the future may hold"
            })
    void whatIsWellFormedIsPassedOnAsItIs(String parent) {
        assertThat(of(parent, null)).isEqualTo(new TraceContext(parent, null));
        assertThat(of(parent, "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7"))
                .isEqualTo(new TraceContext(parent, "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "ff-" + TRACE + "-00f067aa0ba902b7-01",
                "00-" + TRACE + "-00f067aa0ba902b7-01-more",
                "01-" + TRACE + "-00f067aa0ba902b7-01more",
                "00-" + TRACE + "-00f067aa0ba902b7-0",
                "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                "00-" + TRACE + "-0000000000000000-01",
                "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                "00-" + TRACE + "_00f067aa0ba902b7-01",
                "0x-" + TRACE + "-00f067aa0ba902b7-01",
                "00-" + TRACE + "-00f067aa0ba902b7-\u00e91",
                "01-" + TRACE + "-00f067aa0ba902b7-01-\u0007"
            })
    void aMalformedParentIsNoTrace(String parent) {
        assertThat(of(parent, "congo=t61rcWkgMzE")).isNull();
    }

    @Test
    void withoutAParentThereIsNoTrace() {
        assertThat(TraceContext.of(null, "congo=t61rcWkgMzE".getBytes(UTF_8))).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", ",", "congo", "=t61", "congo=1,rojo", "congo=\u00e9", "a=\t1"})
    void aMalformedStateAloneIsLeftOut(String state) {
        assertThat(of(PARENT, state)).isEqualTo(new TraceContext(PARENT, null));
    }

    /** The header would carry it past all that looks for one. */
    @Test
    void noCardNumberIsPassedOn() {
        String card = "4111111111111111";
        assertThat(of("00-" + TRACE + "-" + card + "-01", null)).isNull();
        assertThat(of("01" + PARENT.substring(2) + "-card " + card, null)).isNull();
        assertThat(of(PARENT, "sender=1,card=" + card)).isEqualTo(new TraceContext(PARENT, null));
        assertThat(of(PARENT, "card=4111-1111-1111-1111").state()).isNull();
    }

    @Test
    void whatIsPassedOnIsBounded() {
        String later = "01" + PARENT.substring(2) + "-";
        assertThat(of(later + "x".repeat(128 - later.length()), null)).isNotNull();
        assertThat(of(later + "x".repeat(129 - later.length()), null)).isNull();
        assertThat(of(PARENT, "a=" + "x".repeat(510)).state()).hasSize(512);
        assertThat(of(PARENT, "a=" + "x".repeat(511)).state()).isNull();
        assertThat(of(PARENT, "a=1" + ",b=2".repeat(31)).state()).isNotNull();
        assertThat(of(PARENT, "a=1" + ",b=2".repeat(32)).state()).isNull();
    }

    @Test
    void nothingThatAHeaderHoldsIsThrown() {
        Random random = new Random(5);
        int passed = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] parent = PARENT.getBytes(UTF_8);
            parent[random.nextInt(parent.length)] = (byte) random.nextInt(256);
            byte[] state = new byte[random.nextInt(8)];
            random.nextBytes(state);
            TraceContext trace = TraceContext.of(parent, state);
            if (trace != null) {
                assertThat(trace.parent().getBytes(ISO_8859_1)).isEqualTo(parent);
                passed++;
            }
        }
        assertThat(passed).isBetween(20, 10_000);
    }

    private static TraceContext of(String parent, String state) {
        return TraceContext.of(
                parent.getBytes(UTF_8), state == null ? null : state.getBytes(UTF_8));
    }
}
