package io.millrace.runtime.environment.process;

import java.nio.file.Path;

/**
 * Where the parts of an environment are.
 *
 * @param task the function's code
 * @param opt its layers
 * @param runtime our own files for it
 * @param tmp the only one it may write to; kept over a reset
 */
record Layout(Path task, Path opt, Path runtime, Path tmp) {
    /** What a function sees where files can be bound to other places; as in Lambda. */
    static final Layout AS_IN_LAMBDA =
            new Layout(Path.of("/var/task"), Path.of("/opt"), Path.of("/var/runtime"), Path.of("/tmp"));

    /** What belongs to one environment alone. */
    Path own() {
        return tmp.resolve("..").normalize();
    }

    /** {@code path} of Lambda's layout, such as /opt/wrapper.sh, in this one; other paths stay. */
    Path translate(String path) {
        Path plain = Path.of(path);
        if (plain.startsWith(AS_IN_LAMBDA.task)) {
            return task.resolve(AS_IN_LAMBDA.task.relativize(plain));
        }
        return plain.startsWith(AS_IN_LAMBDA.opt) ? opt.resolve(AS_IN_LAMBDA.opt.relativize(plain)) : plain;
    }
}
