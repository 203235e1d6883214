package io.millrace.runtime.eventbus;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Optional;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class JsonPathTest {
    private static Optional<String> read(String path) throws JsonProcessingException {
        JsonNode event = new ObjectMapper().readTree("{\"a\":{\"b-c\":[1,{\"d e\":\"f\"}]}}");
        return JsonPath.parse(path).orElseThrow().in(event).map(JsonNode::toString);
    }

    @Test
    void a_path_leads_through_members_and_elements() throws JsonProcessingException {
        assertThat(read("$")).contains("{\"a\":{\"b-c\":[1,{\"d e\":\"f\"}]}}");
        assertThat(read("$.a.b-c[0]")).contains("1");
        assertThat(read("$.a['b-c'][1]['d e']")).contains("\"f\"");
        assertThat(read("$[\"a\"].b-c[1]")).contains("{\"d e\":\"f\"}");
    }

    @Test
    void a_path_to_nowhere_finds_nothing() throws JsonProcessingException {
        assertThat(read("$.a.x.y")).isEmpty();
        assertThat(read("$.a.b-c[7]")).isEmpty();
        assertThat(read("$.a[0]")).isEmpty();
    }

    @Test
    void what_is_no_such_path_is_refused() {
        for (String path : new String[] {"", "a", "$a", "$.", "$.a[*]", "$..a", "$.a[", "$.*", "$.a b"}) {
            assertThat(JsonPath.parse(path)).as(path).isEmpty();
        }
    }
}
