package io.millrace.runtime.environment.inprocess;

import io.millrace.runtime.logs.LogStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Gives what the thread of a handler prints to {@link System#out} and {@link System#err} to the log of its invocation as
 * well; it goes where it went before, too. Other threads of a handler are not known to be its own. Thread-safe.
 */
final class HandlerOutput {
    private static final ThreadLocal<@Nullable Printed> CURRENT = new ThreadLocal<>();
    private static final Object LOCK = new Object();
    private static int users;

    private HandlerOutput() {}

    /** From now on until as many calls of {@link #release}. Whoever sets another stream later has all there. */
    static void acquire() {
        synchronized (LOCK) {
            users++;
            if (!(System.out instanceof Tee)) {
                System.setOut(new Tee(System.out, LogStream.STDOUT));
            }
            if (!(System.err instanceof Tee)) {
                System.setErr(new Tee(System.err, LogStream.STDERR));
            }
        }
    }

    static void release() {
        synchronized (LOCK) {
            users--;
            if (users == 0 && System.out instanceof Tee tee) {
                System.setOut(tee.former);
            }
            if (users == 0 && System.err instanceof Tee tee) {
                System.setErr(tee.former);
            }
        }
    }

    /**
     * What this thread prints goes to {@code printed} from now on; nowhere else than before if that is null.
     *
     * @return what it went to, for {@link #restore}
     */
    static @Nullable Printed swap(@Nullable Printed printed) {
        Printed before = CURRENT.get();
        restore(printed);
        return before;
    }

    static void restore(@Nullable Printed before) {
        if (before == null) {
            CURRENT.remove();
        } else {
            CURRENT.set(before);
        }
    }

    /** Prints with the former stream itself, as only that knows its charset. */
    private static final class Tee extends PrintStream {
        private final PrintStream former;
        private final LogStream stream;

        Tee(PrintStream former, LogStream stream) {
            super(former);
            this.former = former;
            this.stream = stream;
        }

        private void take(byte[] bytes, int from, int length) {
            Printed printed = CURRENT.get();
            if (printed != null) {
                printed.add(stream, bytes, from, length);
            }
        }

        private void take(String text, String end) {
            Printed printed = CURRENT.get();
            if (printed != null) {
                byte[] bytes = (text + end).getBytes(StandardCharsets.UTF_8);
                printed.add(stream, bytes, 0, bytes.length);
            }
        }

        @Override
        public void write(int one) {
            former.write(one);
            take(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) {
            former.write(bytes, from, length);
            take(bytes, from, length);
        }

        @Override
        public void print(@Nullable String value) {
            former.print(value);
            take(String.valueOf(value), "");
        }

        @Override
        public void println(@Nullable String value) {
            former.println(value);
            take(String.valueOf(value), "\n");
        }

        @Override
        public void println() {
            println("");
        }

        @Override
        public void print(boolean value) {
            print(String.valueOf(value));
        }

        @Override
        public void println(boolean value) {
            println(String.valueOf(value));
        }

        @Override
        public void print(char value) {
            print(String.valueOf(value));
        }

        @Override
        public void println(char value) {
            println(String.valueOf(value));
        }

        @Override
        public void print(int value) {
            print(String.valueOf(value));
        }

        @Override
        public void println(int value) {
            println(String.valueOf(value));
        }

        @Override
        public void print(long value) {
            print(String.valueOf(value));
        }

        @Override
        public void println(long value) {
            println(String.valueOf(value));
        }

        @Override
        public void print(float value) {
            print(String.valueOf(value));
        }

        @Override
        public void println(float value) {
            println(String.valueOf(value));
        }

        @Override
        public void print(double value) {
            print(String.valueOf(value));
        }

        @Override
        public void println(double value) {
            println(String.valueOf(value));
        }

        @Override
        public void print(char[] value) {
            print(String.valueOf(value));
        }

        @Override
        public void println(char[] value) {
            println(String.valueOf(value));
        }

        @Override
        public void print(@Nullable Object value) {
            print(String.valueOf(value));
        }

        @Override
        public void println(@Nullable Object value) {
            println(String.valueOf(value));
        }

        @Override
        public void flush() {
            former.flush();
        }

        @Override
        public void close() {
            former.close();
        }

        @Override
        public boolean checkError() {
            return former.checkError();
        }
    }
}
