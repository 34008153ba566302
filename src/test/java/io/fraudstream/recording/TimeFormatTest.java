package io.fraudstream.recording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimeFormatTest {
    private static final String PATTERN = "yyyy-MM-dd HH:mm:ss";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "yyyy-MM-dd HH:mm:ss | 2018-04-01 00:00:31 | 2018-04-01T00:00:31Z",
                "yyyy-MM-dd HH:mm:ss | 2020-02-29 23:59:59 | 2020-02-29T23:59:59Z",
                "dd/MM/yyyy HH:mm | 01/04/2018 13:05 | 2018-04-01T13:05:00Z",
                "yyyy-MM-dd HH:mm:ssXXX | 2018-04-01 02:00:31+02:00 | 2018-04-01T00:00:31Z",
                "epoch-millis | 1522540831123 | 2018-04-01T00:00:31.123Z",
                "epoch-seconds | 1522540831 | 2018-04-01T00:00:31Z",
                "iso-8601 | 2018-04-01T00:00:31 | 2018-04-01T00:00:31Z",
                "iso-8601 | 2018-04-01T00:00:31Z | 2018-04-01T00:00:31Z",
                "iso-8601 | 2018-04-01T02:00:31.1239+02:00 | 2018-04-01T00:00:31.123Z"
            })
    void readsTimesAsUtc(String format, String text, Instant expected) {
        assertThat(new TimeFormat(format).parser().parse(text)).isEqualTo(expected.toEpochMilli());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "yyyy-MM-dd HH:mm:ss | 2018-02-30 00:00:31",
                "yyyy-MM-dd HH:mm:ss | 2018-13-01 00:00:31",
                "yyyy-MM-dd HH:mm:ss | 2018-04-01 24:00:00",
                "yyyy-MM-dd HH:mm:ss | 2018-04-01",
                "dd/MM/yyyy HH:mm | 31/04/2018 13:05",
                "epoch-millis | 1522540831.5",
                "epoch-seconds | 9223372036854775807",
                "iso-8601 | yesterday"
            })
    void refusesWhatIsNoTime(String format, String text) {
        TimeFormat.Parser parser = new TimeFormat(format).parser();

        assertThatThrownBy(() -> parser.parse(text)).isInstanceOf(RuntimeException.class);
    }

    @Test
    void quickReadingAgreesWithTheLibraryOnAnyDay() {
        TimeFormat.Parser parser = new TimeFormat(PATTERN).parser();
        DateTimeFormatter library = DateTimeFormatter.ofPattern(PATTERN);
        Random random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            LocalDateTime time =
                    LocalDateTime.ofEpochSecond(
                            random.nextLong(-60_000_000_000L, 200_000_000_000L), 0, ZoneOffset.UTC);

            assertThat(parser.parse(time.format(library)))
                    .isEqualTo(time.toInstant(ZoneOffset.UTC).toEpochMilli());
        }
    }
}
