package io.fraudstream.alert;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fraudstream.registry.ModelPointer;
import io.fraudstream.transaction.CardTokenPolicy;
import io.fraudstream.transaction.Coordinates;
import io.fraudstream.transaction.DecodingLimits;
import io.fraudstream.transaction.ExchangeRates;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.LabelCodec;
import io.fraudstream.transaction.LateTransactionCodec;
import io.fraudstream.transaction.Schemas;
import io.fraudstream.transaction.Transaction;
import io.fraudstream.transaction.TransactionCodec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The rules of {@code schemas/README.md}, held against what this release has published: its records
 * are read for ever, and so are those of a later producer that adds fields; a schema only grows.
 */
class WireEvolutionTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Coordinates HERE =
            new Coordinates("transactions", 0, 0, Coordinates.NO_TIMESTAMP);

    private final TransactionCodec transactions =
            new TransactionCodec(
                    DecodingLimits.DEFAULT,
                    ExchangeRates.only("EUR"),
                    CardTokenPolicy.rejectCardNumbers(),
                    Clock.systemUTC());
    private final LabelCodec labels =
            new LabelCodec(
                    DecodingLimits.DEFAULT, CardTokenPolicy.rejectCardNumbers(), Clock.systemUTC());

    @FunctionalInterface
    private interface Passage {
        byte[] through(byte[] record) throws IOException;
    }

    @Test
    void transactionsOfThisReleaseAndOfLaterProducersAreRead() throws IOException {
        assertRead(
                "transaction-v1",
                record -> TransactionCodec.encode((Transaction) transactions.decode(record, HERE)));
    }

    @Test
    void labelsToo() throws IOException {
        assertRead(
                "label-v1", record -> LabelCodec.encode((FraudLabel) labels.decode(record, HERE)));
    }

    @Test
    void modelPointersToo() throws IOException {
        assertRead("model-pointer-v1", record -> ModelPointer.decode(record).encode());
    }

    @Test
    void lateTransactionsAreReadAsTransactions() throws IOException {
        assertRead(
                "late-transaction-v1",
                record ->
                        LateTransactionCodec.encode(
                                (Transaction) transactions.decode(record, HERE),
                                1_772_366_410_000L,
                                3,
                                17,
                                1_772_366_500_000L));
    }

    private static void assertRead(String name, Passage passage) throws IOException {
        List<String> lines = Files.readAllLines(GOLDEN.resolve("wire/" + name + ".jsonl"));
        assertThat(lines).isNotEmpty();
        for (String line : lines) {
            byte[] record = line.getBytes(StandardCharsets.UTF_8);
            Schemas.named(name).assertValid(record);
            assertThat(JSON.readTree(passage.through(record))).isEqualTo(JSON.readTree(record));

            ObjectNode later = (ObjectNode) JSON.readTree(record);
            later.put("risk_hint", 3).putNull("gone");
            later.putObject("network").putArray("tokens").add("x").add(1.5);
            assertThat(JSON.readTree(passage.through(JSON.writeValueAsBytes(later))))
                    .isEqualTo(JSON.readTree(record));
        }
    }

    static Stream<Path> schemas() throws IOException {
        try (Stream<Path> files = Files.list(GOLDEN.resolve("schemas"))) {
            return files.filter(file -> file.toString().endsWith(".json")).toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("schemas")
    void aSchemaKeepsEveryFieldItsTypeAndWhatIsRequired(Path published) throws IOException {
        JsonNode then = JSON.readTree(published.toFile());
        JsonNode now =
                JSON.readTree(Path.of("schemas", published.getFileName().toString()).toFile());

        assertThat(now.get("required")).isEqualTo(then.get("required"));
        List<String> checked = new ArrayList<>();
        for (Iterator<String> names = then.get("properties").fieldNames(); names.hasNext(); ) {
            String name = names.next();
            JsonNode before = rules(then.get("properties").get(name));
            JsonNode after = now.get("properties").get(name);
            assertThat(after).as(name).isNotNull();
            if (name.equals("reason") && before.has("enum")) {
                // Reasons may be added, and none goes.
                assertThat(after.get("enum")).containsAll(before.get("enum"));
            } else {
                assertThat(rules(after)).as(name).isEqualTo(before);
            }
            checked.add(name);
        }
        assertThat(checked).isNotEmpty();
    }

    /** All but the words. */
    private static JsonNode rules(JsonNode property) {
        ObjectNode rules = property.deepCopy();
        rules.remove("description");
        return rules;
    }
}
