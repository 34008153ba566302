package io.fraudstream.training;

import io.fraudstream.features.FeatureSchema;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Events by amount band, presence of the card, magnetic stripe and time of day. */
final class Segments {
    private Segments() {}

    static List<Segment> of(List<FeatureRow> rows, FeatureSchema schema) {
        Map<String, BitSet> members = new LinkedHashMap<>();
        for (int i = 0; i < rows.size(); i++) {
            float[] vector = rows.get(i).vector();
            put(
                    members,
                    i,
                    flag(
                            vector,
                            schema,
                            "is_card_not_present",
                            "card present",
                            "card not present"));
        }
        List<Segment> segments = new ArrayList<>();
        members.forEach((name, of) -> segments.add(new Segment(name, of)));
        return segments;
    }

    private static void put(Map<String, BitSet> members, int index, String name) {
        members.computeIfAbsent(name, n -> new BitSet()).set(index);
    }

    private static String flag(
            float[] vector, FeatureSchema schema, String feature, String no, String yes) {
        float value = vector[schema.indexOf(feature)];
        return Float.isNaN(value) ? feature + " unknown" : value == 0 ? no : yes;
    }
}
