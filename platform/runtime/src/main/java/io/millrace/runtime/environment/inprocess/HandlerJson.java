package io.millrace.runtime.environment.inprocess;

import com.amazonaws.services.lambda.runtime.CustomPojoSerializer;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.TypeFactory;
import com.fasterxml.jackson.databind.util.LRUMap;
import com.fasterxml.jackson.databind.util.LookupCache;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Type;
import java.util.Optional;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/**
 * JSON as Lambda's Java runtime maps it, for the types of one deployment: a serializer that the code brings along as a
 * service first, the library's own for the types of aws-lambda-java-events, else Jackson with the runtime's settings.
 * Two things differ: Jackson's annotations on users' types are obeyed, and records and annotated constructors work.
 * Caches hold classes of the deployment, so each deployment has its own. Thread-safe.
 */
final class HandlerJson {
    private final JsonMapper mapper;
    private final ClassLoader handlerLoader;
    private final EventSerializers events;
    private final Optional<CustomPojoSerializer> custom;

    HandlerJson(ClassLoader handlerLoader, EventSerializers events) {
        this.handlerLoader = handlerLoader;
        this.events = events;
        this.mapper = mapper(handlerLoader);
        this.custom =
                ServiceLoader.load(CustomPojoSerializer.class, handlerLoader).findFirst();
    }

    JavaType type(Type type) {
        return mapper.constructType(type);
    }

    TypeFactory types() {
        return mapper.getTypeFactory();
    }

    JsonCodec codec(JavaType type) {
        if (custom.isPresent()) {
            return new CustomCodec(custom.get(), type);
        }
        if (events.know(type.getRawClass())) {
            return events.codec(type.getRawClass(), handlerLoader);
        }
        return new JacksonCodec(mapper.readerFor(type), mapper.writerFor(type));
    }

    private static JsonMapper mapper(ClassLoader loader) {
        // From com.amazonaws...serialization.factories.JacksonFactory 1.1.5; what is Jackson's default is left out.
        return JsonMapper.builder(factory())
                // Before the modules: they add to it what they know of Optional.
                .typeFactory(TypeFactory.defaultInstance()
                        .withCache((LookupCache<Object, JavaType>) new LRUMap<Object, JavaType>(16, 200))
                        .withClassLoader(loader))
                .enable(MapperFeature.USE_STD_BEAN_NAMING)
                .disable(MapperFeature.INFER_PROPERTY_MUTATORS, MapperFeature.USE_GETTERS_AS_SETTERS)
                .disable(
                        SerializationFeature.EAGER_SERIALIZER_FETCH,
                        SerializationFeature.FAIL_ON_EMPTY_BEANS,
                        SerializationFeature.FLUSH_AFTER_WRITE_VALUE)
                .enable(
                        DeserializationFeature.ACCEPT_EMPTY_ARRAY_AS_NULL_OBJECT,
                        DeserializationFeature.ACCEPT_EMPTY_STRING_AS_NULL_OBJECT,
                        DeserializationFeature.ACCEPT_SINGLE_VALUE_AS_ARRAY,
                        DeserializationFeature.READ_UNKNOWN_ENUM_VALUES_AS_NULL,
                        DeserializationFeature.UNWRAP_SINGLE_VALUE_ARRAYS)
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .defaultPropertyInclusion(
                        JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
                .addModules(new JavaTimeModule(), new Jdk8Module())
                .build();
    }

    private static JsonFactory factory() {
        return JsonFactory.builder()
                // Jackson's default keeps its buffers per thread, and a virtual thread lives for one attempt.
                .recyclerPool(JsonRecyclerPools.newConcurrentDequePool())
                .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                .enable(JsonReadFeature.ALLOW_LEADING_ZEROS_FOR_NUMBERS)
                .enable(JsonReadFeature.ALLOW_SINGLE_QUOTES)
                .enable(JsonReadFeature.ALLOW_BACKSLASH_ESCAPING_ANY_CHARACTER)
                .enable(JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS)
                .enable(JsonReadFeature.ALLOW_UNQUOTED_FIELD_NAMES)
                .enable(JsonWriteFeature.WRITE_NAN_AS_STRINGS)
                .build()
                .disable(JsonParser.Feature.AUTO_CLOSE_SOURCE)
                .enable(JsonGenerator.Feature.IGNORE_UNKNOWN)
                .disable(JsonGenerator.Feature.AUTO_CLOSE_JSON_CONTENT)
                .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
    }

    private record JacksonCodec(ObjectReader reader, ObjectWriter writer) implements JsonCodec {
        @Override
        public @Nullable Object read(byte[] json) throws IOException {
            return reader.readValue(json);
        }

        @Override
        public byte[] write(@Nullable Object value) throws IOException {
            return writer.writeValueAsBytes(value);
        }
    }

    private record CustomCodec(CustomPojoSerializer serializer, Type type) implements JsonCodec {
        @Override
        public @Nullable Object read(byte[] json) {
            return serializer.fromJson(new ByteArrayInputStream(json), type);
        }

        @Override
        public byte[] write(@Nullable Object value) {
            ByteArrayOutputStream json = new ByteArrayOutputStream();
            serializer.toJson(value, json, type);
            return json.toByteArray();
        }
    }
}
