/** A Spring Boot service as its documentation has it: JmsTemplate, {@code @JmsListener}, pooled connections. */
@NullMarked
package io.millrace.bench.spring;

import org.jspecify.annotations.NullMarked;
