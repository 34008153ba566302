package io.fraudstream.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplaySpeedTest {
    @Test
    void aFactorShortensEventTime() {
        assertThat(ReplaySpeed.parse("60x").wallTime(60_000)).isEqualTo(Duration.ofSeconds(1));
        assertThat(ReplaySpeed.parse("1x").wallTime(1500)).isEqualTo(Duration.ofMillis(1500));
        assertThat(ReplaySpeed.parse("0.5x").wallTime(1000)).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void maxTakesNoTime() {
        assertThat(ReplaySpeed.parse("max").isMax()).isTrue();
        assertThat(ReplaySpeed.MAX.wallTime(86_400_000)).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "fast", "60", "x", "-1x", "0x", "1e3x"})
    void refusesEverythingElse(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> ReplaySpeed.parse(text));
    }
}
