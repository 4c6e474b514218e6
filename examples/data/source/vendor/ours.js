// TODO(ada): kept by an exception
