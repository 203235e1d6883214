package io.millrace.broker.envelope;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import java.io.IOException;
import org.apache.qpid.proton.amqp.Binary;

/** Bytes inside a map or a list of AMQP, as Jackson writes byte arrays. */
final class BinaryAsBase64 extends JsonSerializer<Binary> {
    @Override
    public void serialize(Binary bytes, JsonGenerator json, SerializerProvider serializers) throws IOException {
        json.writeBinary(bytes.getArray(), bytes.getArrayOffset(), bytes.getLength());
    }
}
