package io.fraudstream.config;

import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A key of the settings, as a record of {@link Settings} declares it.
 *
 * @param path with its section, such as {@code job.order}
 * @param setting what is to be known of it; a section may do without, and is then {@code null}
 */
record SettingKey(String path, Class<?> type, Setting setting) {
    static final String ENVIRONMENT_PREFIX = "FRAUDSTREAM_";

    /** Every key, in the order of the records. */
    static final List<SettingKey> ALL = of(Settings.class).flatMap(SettingKey::keys).toList();

    /** The keys and sections that a record declares. */
    static Stream<SettingKey> of(Class<?> record) {
        return Arrays.stream(record.getRecordComponents()).map(SettingKey::of);
    }

    private static SettingKey of(RecordComponent component) {
        Setting setting = component.getAnnotation(Setting.class);
        if (setting == null && !component.getType().isRecord()) {
            throw new IllegalStateException(component + " has no @Setting, which documents it");
        }
        return new SettingKey(component.getName(), component.getType(), setting);
    }

    /** Those of a section; a key that is none stands for itself. */
    Stream<SettingKey> keys() {
        return isSection()
                ? of(type).map(key -> new SettingKey(path + "." + key.path, key.type, key.setting))
                : Stream.of(this);
    }

    boolean isSection() {
        return type.isRecord();
    }

    /** Whether it holds keys of others, such as Flink's. */
    boolean isFreeMap() {
        return type == Map.class;
    }

    /** Whether it names a file, which a settings file does relative to itself. */
    boolean isFile() {
        return type == Path.class;
    }

    /** The key without its section. */
    String name() {
        return path.substring(path.lastIndexOf('.') + 1);
    }

    /** The variable of the environment that overrides it. */
    String variable() {
        return ENVIRONMENT_PREFIX
                + path.replaceAll("([a-z])([A-Z])", "$1_$2")
                        .replace('.', '_')
                        .toUpperCase(Locale.ROOT);
    }
}
