package io.millrace.deadletter;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/**
 * A broker with many dead letters, to measure against: {@code ManyDeadLetters <directory> <count>}. Prints its address
 * when they are there and runs until its standard input ends. They are of 40 causes and one function, with bodies of
 * 300 bytes and messages that each name another order.
 */
final class ManyDeadLetters {
    private static final int AT_ONCE = 5_000;
    private static final int CAUSES = 40;

    private ManyDeadLetters() {}

    public static void main(String[] arguments) throws Exception {
        Path directory = Files.createDirectories(Path.of(arguments[0]));
        int count = Integer.parseInt(arguments[1]);
        try (BrokerWithFunctions broker = new BrokerWithFunctions(directory)) {
            broker.create("orders");
            byte[] body = ("{\"order\":7,\"text\":\"" + "x".repeat(280) + "\"}").getBytes(UTF_8);
            Random random = new Random(7);
            for (int sent = 0; sent < count; sent += AT_ONCE) {
                int cause = random.nextInt(CAUSES);
                broker.giveUpMany(
                        "orders",
                        "id-" + sent + "-",
                        Math.min(AT_ONCE, count - sent),
                        "shop.Failure" + cause,
                        i -> body);
            }
            System.out.println("listening " + broker.address());
            while (System.in.read() >= 0) {
                // Until whoever started it has had enough.
            }
        }
    }
}
