package io.millrace.runtime.config;

import java.util.Map;

/** What was written, read through the table. */
record SettingTexts(Map<String, String> texts) {

    /** The given value, or the default of the table. */
    <T> T get(Setting<T> setting) {
        return setting.read(texts.getOrDefault(setting.key(), setting.defaultText()));
    }

    /** For a setting whose default depends on another. */
    <T> T get(Setting<T> setting, T defaultValue) {
        String text = texts.get(setting.key());
        return text == null ? defaultValue : setting.read(text);
    }
}
