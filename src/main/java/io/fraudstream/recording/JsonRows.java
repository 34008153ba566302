package io.fraudstream.recording;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;

/** JSON lines: one flat object each. */
final class JsonRows implements RowParser {
    private static final JsonFactory JSON = new JsonFactory();

    private final Map<String, int[]> slotsOfField;

    JsonRows(Map<String, int[]> slotsOfField) {
        this.slotsOfField = slotsOfField;
    }

    @Override
    public boolean read(Lines lines, String[] slots) throws IOException {
        try (JsonParser parser =
                JSON.createParser(lines.bytes(), lines.from(), lines.to() - lines.from())) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return false;
            }
            for (String name = parser.nextFieldName();
                    name != null;
                    name = parser.nextFieldName()) {
                JsonToken token = parser.nextToken();
                int[] targets = slotsOfField.get(name);
                if (targets == null) {
                    parser.skipChildren();
                    continue;
                }
                String value = value(token, parser);
                for (int slot : targets) {
                    slots[slot] = slots[slot] == null ? value : UNUSABLE;
                }
            }
            return parser.currentToken() == JsonToken.END_OBJECT && parser.nextToken() == null;
        } catch (JacksonException broken) {
            Arrays.fill(slots, null);
            return false;
        }
    }

    private static String value(JsonToken token, JsonParser parser) throws IOException {
        return switch (token) {
            case VALUE_NULL -> null;
            case START_OBJECT, START_ARRAY -> {
                parser.skipChildren();
                yield UNUSABLE;
            }
            default -> parser.getText();
        };
    }
}
