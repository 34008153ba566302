package io.fraudstream.job.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;

class SeenIdsTest {
    @Test
    void theyAreWhatAMapIsThroughAnyOperations() throws Exception {
        Random random = new Random(5);
        SeenIds ids = new SeenIds();
        Map<String, Long> map = new HashMap<>();
        for (int i = 0; i < 20_000; i++) {
            String id = id(random.nextInt(800));
            if (random.nextInt(2000) == 0) {
                long over = random.nextInt(1000);
                ids.removeIf(time -> time < over);
                map.values().removeIf(time -> time < over);
            } else if (random.nextInt(1000) == 0) {
                ids = ids.copy();
            } else if (random.nextInt(1000) == 0) {
                ids = new SeenIds(ids.toBytes());
            } else {
                long time = random.nextInt(1000);
                ids.put(id, time);
                map.put(id, time);
            }
            String other = id(random.nextInt(800));
            assertThat(ids.timeOf(other)).isEqualTo(map.getOrDefault(other, SeenIds.NEVER));
            assertThat(ids.isEmpty()).isEqualTo(map.isEmpty());
        }
        Map<String, Long> all = new HashMap<>();
        ids.forEach(all::put);
        assertThat(all).isEqualTo(map).hasSizeGreaterThan(100);
    }

    /** Short and long, of one byte a character and of more, and many with the same hash. */
    private static String id(int number) {
        return switch (number % 4) {
            case 0 -> "T-" + number;
            case 1 -> "ünïcode-😀-" + number;
            case 2 -> Integer.toBinaryString(number).replace("0", "Aa").replace("1", "BB");
            default -> "0123456789abcdef-0123456789abcdef-" + number;
        };
    }

    @Test
    void aCopyGoesOnByItself() {
        SeenIds ids = new SeenIds();
        ids.put("a", 1);
        SeenIds copy = ids.copy();
        copy.put("a", 2);
        copy.put("b", 3);
        ids.removeIf(time -> true);

        assertThat(ids.isEmpty()).isTrue();
        assertThat(copy.timeOf("a")).isEqualTo(2);
        assertThat(copy.timeOf("b")).isEqualTo(3);
    }

    @Test
    void bytesThatAreCutOffAreRefused() throws IOException {
        SeenIds ids = new SeenIds();
        ids.put("first", 1);
        ids.put("second", 2);
        for (int length = 1; length < ids.toBytes().length; length++) {
            if (length == ids.toBytes().length - "second".length() - 16) {
                continue; // Whole without the second.
            }
            DataOutputSerializer out = new DataOutputSerializer(64);
            out.writeByte(1);
            out.writeInt(length);
            out.write(ids.toBytes(), 0, length);
            DataInputDeserializer in = new DataInputDeserializer(out.getCopyOfBuffer());
            assertThatThrownBy(() -> SeenIdsSerializer.INSTANCE.deserialize(in))
                    .isInstanceOf(IOException.class)
                    .hasMessage("seen ids in state are damaged")
                    .hasRootCauseMessage(
                            "an entry of seen ids is cut off at byte %d of %d",
                            length < 21 ? 0 : 21, length);
        }
    }
}
