package io.millrace.bench.spring;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jms.annotation.EnableJms;

/** Answers {@code resume}, {@code completed} and {@code pause}, one line each; ends when standard input does. */
@SpringBootApplication
@EnableJms
public class SpringBaseline {

    /** Starts the service and then obeys standard input. */
    public static void main(String[] arguments) throws IOException {
        SpringApplication application = new SpringApplication(SpringBaseline.class);
        application.setBannerMode(Banner.Mode.OFF);
        try (ConfigurableApplicationContext context = application.run(arguments);
                BufferedReader commands =
                        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            Orders orders = context.getBean(Orders.class);
            System.out.println("ready");
            for (String command = commands.readLine(); command != null; command = commands.readLine()) {
                System.out.println(orders.obey(command));
            }
        }
    }
}
