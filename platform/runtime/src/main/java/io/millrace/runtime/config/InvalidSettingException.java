package io.millrace.runtime.config;

/** A setting that cannot be used; the message is one line that names key, value and what was expected. */
public final class InvalidSettingException extends RuntimeException {
    private static final long serialVersionUID = 1;

    InvalidSettingException(String message) {
        super(message);
    }

    InvalidSettingException(String message, Throwable cause) {
        super(message, cause);
    }

    static InvalidSettingException of(Setting<?> setting, String value) {
        return new InvalidSettingException(
                "setting " + setting.key() + " is '" + printable(value) + "', expected " + setting.range());
    }

    /** Keeps the message on its one line, whatever the value holds. */
    static String printable(String value) {
        String line = value.replaceAll("\\p{Cntrl}", "?");
        return line.length() <= 100 ? line : line.substring(0, 100) + "...";
    }
}
