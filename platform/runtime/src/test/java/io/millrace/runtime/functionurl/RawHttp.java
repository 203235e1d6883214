package io.millrace.runtime.functionurl;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/** Bytes of HTTP over a socket of its own, so that nothing between corrects what the test wants to send. */
final class RawHttp implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 30_000;

    private final Socket socket;

    RawHttp(int port) {
        try {
            this.socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setSoTimeout(PATIENCE_MILLIS);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** @param head request line and headers, one per line; the connection ends with the answer */
    static Answer ask(int port, String head, String body) {
        try (RawHttp http = new RawHttp(port)) {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            String length = bytes.length == 0 ? "" : "Content-Length: " + bytes.length + "\n";
            http.send(head.strip() + "\nConnection: close\n" + length + "\n");
            http.sendBytes(bytes);
            return http.answer(head.startsWith("HEAD"));
        }
    }

    /** Lines end as HTTP wants it. */
    RawHttp send(String lines) {
        return sendBytes(lines.replace("\n", "\r\n").getBytes(StandardCharsets.ISO_8859_1));
    }

    RawHttp sendBytes(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
            return this;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Up to so many bytes, as they are there. */
    String some(int most) {
        try {
            byte[] buffer = new byte[most];
            int length = socket.getInputStream().read(buffer);
            return new String(buffer, 0, Math.max(0, length), StandardCharsets.ISO_8859_1);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** All until the server ends the connection. */
    Answer answer(boolean isHead) {
        try {
            return Answer.read(all(socket.getInputStream()), isHead);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static byte[] all(InputStream in) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        in.transferTo(all);
        return all.toByteArray();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** @param isWhole whether the body has as many bytes as it promised, or its last chunk */
    record Answer(int status, List<String> headers, String body, boolean isWhole) {

        static Answer read(byte[] bytes, boolean isHead) {
            String text = new String(bytes, StandardCharsets.ISO_8859_1);
            int end = text.indexOf("\r\n\r\n");
            if (end < 0) {
                return new Answer(0, List.of(), text, false);
            }
            List<String> lines = text.substring(0, end).lines().collect(Collectors.toList());
            int status = Integer.parseInt(lines.remove(0).split(" ", 3)[1]);
            String rest = text.substring(end + 4);
            boolean isChunked = lines.stream().anyMatch(line -> line.equalsIgnoreCase("transfer-encoding: chunked"));
            if (isChunked && !isHead) {
                return new Answer(status, lines, unchunked(rest), rest.endsWith("0\r\n\r\n"));
            }
            boolean isWhole =
                    lines.stream().anyMatch(line -> line.equalsIgnoreCase("content-length: " + rest.length()));
            return new Answer(status, lines, utf8(rest), isWhole || isHead);
        }

        private static String unchunked(String chunks) {
            StringBuilder body = new StringBuilder();
            int at = 0;
            while (at < chunks.length()) {
                int line = chunks.indexOf("\r\n", at);
                int length = Integer.parseInt(chunks.substring(at, line), 16);
                body.append(chunks, line + 2, Math.min(chunks.length(), line + 2 + length));
                at = line + 2 + length + 2;
            }
            return utf8(body.toString());
        }

        private static String utf8(String latin) {
            return new String(latin.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
        }

        /** All values of a header. */
        List<String> header(String name) {
            return headers.stream()
                    .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                    .map(line -> line.substring(name.length() + 1).strip())
                    .toList();
        }

        /** Status, error code and body, as one text to compare. */
        String refusal() {
            return status + " " + String.join(",", header("x-amzn-errortype")) + " " + body;
        }
    }
}
