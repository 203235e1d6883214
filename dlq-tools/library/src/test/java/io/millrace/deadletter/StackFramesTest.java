package io.millrace.deadletter;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class StackFramesTest {
    private static String inPython(String version, int line) {
        return "  File \"/data/environments/versions/" + version + "/task/f.py\", line " + line
                + ", in handler\n    raise ValueError(\"no\")\n";
    }

    @Test
    void a_frame_of_python_is_the_same_after_another_deployment() {
        assertThat(StackFrames.top(inPython("c57dea8b-dc21-45fe-bd29-8c744e16b76d", 3)))
                .isPresent()
                .isEqualTo(StackFrames.top(inPython("0b0d3f6e-1111-4222-8333-444455556666", 7)));
    }
}
