package io.millrace.runtime.scaling;

import io.millrace.core.scaling.Suspension;
import java.util.Optional;
import java.util.OptionalInt;

/** What a caller says of a scalable target; what is empty stays as it is. */
public record Registration(OptionalInt minimum, OptionalInt maximum, Optional<Suspension> suspended) {}
