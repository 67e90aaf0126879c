"""Files and arguments to values of the model.  Wrong input is rejected here, in sentences, and nowhere later."""
