package io.millrace.runtime.eventbus;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class InputTemplateTest {
    private static final Map<String, JsonNode> VALUES = Map.of(
            "text",
            TextNode.valueOf("say \"hi\"\n"),
            "number",
            IntNode.valueOf(7),
            "object",
            new ObjectMapper().createObjectNode().put("a", "b"));

    private static String fill(String template) {
        return InputTemplate.fill(template, name -> Optional.ofNullable(VALUES.get(name)));
    }

    @Test
    void outside_of_quotes_a_name_stands_for_JSON() {
        assertThat(fill("{\"t\":<text>,\"n\":<number>,\"o\":<object>}"))
                .isEqualTo("{\"t\":\"say \\\"hi\\\"\\n\",\"n\":7,\"o\":{\"a\":\"b\"}}");
    }

    @Test
    void within_quotes_a_name_stands_for_text() {
        assertThat(fill("{\"t\":\"<text>\",\"n\":\"no. <number>\",\"o\":\"\\\"<object>\"}"))
                .isEqualTo("{\"t\":\"say \\\"hi\\\"\\n\",\"n\":\"no. 7\",\"o\":\"\\\"{\\\"a\\\":\\\"b\\\"}\"}");
    }

    @Test
    void a_name_that_stands_for_nothing_is_null_or_no_text() {
        assertThat(fill("{\"a\":<missing>,\"b\":\"<missing>\"}")).isEqualTo("{\"a\":null,\"b\":\"\"}");
    }

    @Test
    void names_are_found() {
        assertThat(InputTemplate.names("\"<a> < b > <c.d-e>\"")).containsExactly("a", "c.d-e");
    }
}
