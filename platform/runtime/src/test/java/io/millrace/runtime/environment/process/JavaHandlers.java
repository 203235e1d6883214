package io.millrace.runtime.environment.process;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Handlers that are packed into a jar, each alone. */
final class JavaHandlers {
    private JavaHandlers() {}

    public static final class Counting implements RequestHandler<Map<String, String>, String> {
        private int count;

        @Override
        public String handleRequest(Map<String, String> event, Context context) {
            count++;
            return count + " " + event.get("name") + " " + context.getFunctionName() + " " + context.getAwsRequestId();
        }
    }

    public static final class Throwing implements RequestHandler<Object, String> {
        @Override
        public String handleRequest(Object event, Context context) {
            throw new IllegalStateException("no such order");
        }
    }

    public static final class Unborn implements RequestHandler<Object, String> {
        public Unborn() {
            throw new IllegalStateException("not today");
        }

        @Override
        public String handleRequest(Object event, Context context) {
            return "";
        }
    }

    public static final class Halting implements RequestHandler<Object, String> {
        @Override
        public String handleRequest(Object event, Context context) {
            Runtime.getRuntime().halt(42);
            return "";
        }
    }

    public static final class Stubborn implements RequestHandler<Object, String> {
        @Override
        public String handleRequest(Object event, Context context) {
            long rounds = 0;
            while (context.getRemainingTimeInMillis() >= 0) {
                rounds++;
                Thread.interrupted();
            }
            return "" + rounds;
        }
    }

    public static final class Greedy implements RequestHandler<Object, String> {
        @Override
        public String handleRequest(Object event, Context context) {
            List<byte[]> all = new ArrayList<>();
            while (all.size() < 1000) {
                all.add(new byte[10_000_000]);
            }
            return "" + all.size();
        }
    }
}
