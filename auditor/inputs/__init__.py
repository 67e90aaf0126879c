"""Files and arguments into values of the model.  Wrong input is refused here, in sentences, and nowhere later."""
