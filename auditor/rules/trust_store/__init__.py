"""Rules about trust stores: whether an endpoint has the roots that its peers' chains end at."""
