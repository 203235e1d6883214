package io.millrace.cli;

import java.io.Console;
import java.nio.charset.Charset;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What standard output is. */
final class Output {
    private Output() {}

    /** Whether a person sees the output as it comes. */
    static boolean isTerminal() {
        return isTerminal(System.console());
    }

    private static boolean isTerminal(@Nullable Console console) {
        if (console == null) {
            return false;
        }
        try {
            // Since JDK 22 there is a console also where there is no terminal; it then says so.
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException beforeJdk22) {
            return true;
        }
    }

    /** How standard output is encoded, which is not the default charset since JDK 18. */
    static Charset charset() {
        return Stream.of("stdout.encoding", "sun.stdout.encoding", "native.encoding")
                .map(System::getProperty)
                .flatMap(name -> Optional.ofNullable(name).stream())
                .filter(Charset::isSupported)
                .findFirst()
                .map(Charset::forName)
                .orElseGet(Charset::defaultCharset);
    }
}
